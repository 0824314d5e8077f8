// `npm start` runs what `npm ci` built.
import { existsSync } from 'node:fs';

const built = new URL('dist/server/main.js', import.meta.url);
if (existsSync(built)) {
  await import(built.href);
} else {
  console.error('Tandem is not built yet: run npm ci, or npm run build.');
  process.exitCode = 1;
}
