import { errorRows } from '../core/error-catalogue.js';
import { staticPage } from './page-templates.js';

const toHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const section = ([code, { status, title, description, transport, header }]: (typeof errorRows)[number]): string => {
  const facts = [
    `HTTP ${status}`,
    ...(header ? [`with <code>${header}</code>`] : []),
    ...(transport ? [`${transport} only`] : []),
  ];
  return `<section id="${code}">
<h2><code>${code}</code></h2>
<p>${toHtml(description)}</p>
<p>${facts.join(', ')}. Default message: “${toHtml(title)}”</p>
</section>`;
};

/** Renders the page at `/docs/errors`, which the `type` of every problem (RFC 9457 §3.1.1) links to. */
export const errorsPage = (): string =>
  staticPage(
    'Tandem errors',
    `<h1>Errors</h1>
<p>Every error carries one of these codes: <code>error_code</code> in REST, <code>extensions.code</code> in GraphQL, with
<code>details</code> beside it. GraphQL responds 200 if the response has data, and under <code>application/json</code> also
for a document that does not match the schema.</p>
${errorRows.map(section).join('\n')}
<footer><a href="/">Tandem</a></footer>`,
  );
