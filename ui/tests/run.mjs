// Runs a TypeScript file of tests/ on this Node: `node tests/run.mjs shots.ts`.
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const [file = 'fixture-host.ts'] = process.argv.slice(2);
const { module } = await runnerImport(fileURLToPath(new URL(file, import.meta.url)), {
  configFile: false,
  logLevel: 'error',
});
await module.main();
