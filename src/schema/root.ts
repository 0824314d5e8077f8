import { builder } from './builder.js';
import '../accounts/auth-schema.js';
import '../health/schema.js';
import '../tasks/schema.js';
import '../accounts/user-schema.js';
import './error-code.js';

/** The one schema, its fields in the order of the product page. GraphQL serves it as it is, REST as `rest/view.ts` shows it. */
export const schema = builder.toSchema({ sortSchema: false });
