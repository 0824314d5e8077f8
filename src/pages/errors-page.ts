import { errorRows } from '../core/error-catalogue.js';
import { plainPage } from './page-templates.js';

const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>');

const section = ([code, { status, title, when, only, header }]: (typeof errorRows)[number]): string => {
  const facts = [`HTTP ${status}`, ...(header ? [`with <code>${header}</code>`] : []), ...(only ? [`${only} only`] : [])];
  return `<section id="${code}">
<h2><code>${code}</code></h2>
<p>${html(when)}</p>
<p>“${html(title)}” ${facts.join(', ')}.</p>
</section>`;
};

/** Writes the page at `/docs/errors`, where the `type` of every problem (RFC 9457 §3.1.1) leads to. */
export const errorsPage = (): string =>
  plainPage(
    'Tandem errors',
    `<h1>Errors</h1>
<p>Every error has one of these codes, in REST as <code>error_code</code>, in GraphQL as <code>extensions.code</code>, with
<code>details</code> beside it. GraphQL answers 200 where there is data beside the error, and for a document that does not
fit the schema under <code>application/json</code>.</p>
${errorRows.map(section).join('\n')}
<footer><a href="/">Tandem</a></footer>`,
  );
