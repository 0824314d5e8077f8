// npm run bench: see bench/README.md.
import { comparison } from './comparison.js';
import { openBenchDatabase } from './database.js';
import { readOptions } from './options.js';
import { processes } from './processes.js';
import { tail } from './tail.js';

const options = readOptions();
const database = await openBenchDatabase();
try {
  if (options.tail) await tail(database.url, options);
  else if (options.processes) await processes(database.url, options.processes, options);
  else await comparison(database.url, options);
} finally {
  await database.close();
}
