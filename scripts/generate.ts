// Writes the documents that are committed.
import { writeFile } from 'node:fs/promises';
import { documents } from './documents.js';

for (const [name, text] of Object.entries(await documents())) await writeFile(new URL(`../${name}`, import.meta.url), text);
