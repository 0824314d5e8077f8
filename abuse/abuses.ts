import type { Abuse } from './abuse.js';
import { compressedBombs, largeBodies } from './kinds/bodies.js';
import { cacheBustingDocuments, cacheBustingNames } from './kinds/cache-busting.js';
import { connectionChurn, halfOpen, idleSockets, nothing } from './kinds/connections.js';
import { aliasFlood, deepDocuments, directiveFlood, fragmentFlood } from './kinds/documents.js';
import { hugeHeaders } from './kinds/headers.js';
import { deepJson, jsonNames } from './kinds/json.js';
import { slowBodies, slowHeaders } from './kinds/slow.js';
import { pipelining, unreadResponses } from './kinds/unread.js';
import { largeVariables, longIds } from './kinds/values.js';

/** Every kind of abuse, in the order in which `npm run abuse` commits them. */
export const abuses: readonly Abuse[] = [
  nothing,
  slowHeaders,
  slowBodies,
  halfOpen,
  hugeHeaders,
  idleSockets,
  connectionChurn,
  pipelining,
  unreadResponses,
  largeBodies,
  compressedBombs,
  deepJson,
  jsonNames,
  longIds,
  largeVariables,
  aliasFlood,
  directiveFlood,
  fragmentFlood,
  deepDocuments,
  cacheBustingDocuments,
  cacheBustingNames,
];
