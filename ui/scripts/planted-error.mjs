// svelte-check must not fall silent: a planted type error has to be found.
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const planted = fileURLToPath(new URL('../src/lib/ui/Planted.svelte', import.meta.url));

writeFileSync(
  planted,
  '<script lang="ts">\n  const planted: number = "text";\n</script>\n\n{planted}\n',
);
try {
  const run = spawnSync(
    process.execPath,
    ['node_modules/svelte-check/bin/svelte-check', '--output', 'machine'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (run.status === 0 || !run.stdout.includes('Planted.svelte')) {
    console.error('svelte-check did not find the planted error');
    process.exitCode = 1;
  }
} finally {
  rmSync(planted, { force: true });
}
