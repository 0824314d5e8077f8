import { errorRows } from '../core/error-catalogue.js';
import { builder } from './builder.js';

// No field returns it: clients generate a type for `extensions.code` from it.
builder.enumType('ErrorCode', {
  description:
    'The `code` in the `extensions` of every error. `details` beside it holds further facts, or is `{}`: when several fields are invalid, `field` and `error` name the first and `errors` lists all.',
  values: Object.fromEntries(errorRows.map(([code, { description }]) => [code, { description }])),
});
