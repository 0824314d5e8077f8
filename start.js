// `npm start` runs what `npm ci` built.
import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

// What V8 once saw survive it makes among the old objects from then on: under load, what every request needs (docs/performance.md).
setFlagsFromString('--no-allocation-site-pretenuring');
// And it lets a heap of which 60 MB live grow to 240 before it looks what of it is old.
setFlagsFromString('--heap-growing-percent=30');

const built = new URL('dist/server/main.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  console.error('Tandem is not built yet: run npm ci, or npm run build.');
  process.exitCode = 1;
}
