import { errorRows } from '../core/error-catalogue.js';
import { builder } from './builder.js';

// No field answers it: it tells what `extensions.code` can hold, so that clients can generate a type for it.
builder.enumType('ErrorCode', {
  description:
    'What went wrong: the `code` in the `extensions` of every error. `details` beside it is `{}` where there is nothing to add; when several fields fail, `field` and `error` name the first, and `errors` lists all.',
  values: Object.fromEntries(errorRows.map(([code, { when }]) => [code, { description: when }])),
});
