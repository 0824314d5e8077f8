import { importParts } from '../support/parts.js';

await importParts(import.meta.url);
