// Writes src/lib/i18n/generated/ids.ts: the union of all message ids of the
// English catalogue but the command line's own. With --check it only compares.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('../../crates/words/locales/en/', import.meta.url);
const target = fileURLToPath(new URL('../src/lib/i18n/generated/ids.ts', import.meta.url));

const ids = readdirSync(folder)
  .filter((name) => name.endsWith('.ftl') && name !== 'terminal.ftl')
  .flatMap((name) => readFileSync(new URL(name, folder), 'utf8').split('\n'))
  .map((line) => /^([a-zA-Z][\w-]*) *=/.exec(line)?.[1])
  .filter((id) => id !== undefined)
  .sort();

const text = [
  '// Generated from crates/words/locales/en by `npm run ids`. Do not edit.',
  'export type MessageId =',
  ...ids.map((id) => `  | '${id}'`),
].join('\n');

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8').trimEnd() !== `${text};`) {
    console.error('src/lib/i18n/generated/ids.ts is stale: run `npm run ids`');
    process.exit(1);
  }
} else {
  writeFileSync(target, `${text};\n`);
}
