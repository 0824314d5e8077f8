import type { RowFinding } from './inspection/rows.js';
import { isRefused, type Plan } from './plan.js';

/** Writes a plan for an operator, as text of several lines. */
export function writeReport(plan: Plan): string {
  const rowsOf = (outcome: RowFinding['rule']['outcome']) =>
    plan.rows.filter(({ rule }) => rule.outcome === outcome).map(describeRows);
  const sections: [title: string, items: readonly string[]][] = [
    ['Changes:', [...plan.changes.map(({ text }) => text), ...rowsOf('mended')]],
    ['Stays as it is:', [...plan.retained, ...rowsOf('retained')]],
    ['To be solved first:', [...plan.refusals, ...rowsOf('refused')]],
  ];
  return sections
    .filter(([, items]) => items.length > 0)
    .map(([title, items]) => [title, ...items.map((item) => `  ${item}`)].join('\n'))
    .join('\n\n');
}

/** What an operator does next. */
export const nextStep = (plan: Plan): string =>
  isRefused(plan)
    ? 'Nothing was changed. Adoption is possible when the last section is gone.'
    : 'Nothing was changed. To adopt: back up, then npm run db:adopt -- --apply';

function describeRows({ rule, total, rows }: RowFinding): string {
  const noun = total === 1 ? rule.table.slice(0, -1) : rule.table;
  const text =
    total === 1
      ? rule.text
          .replace(/^have /, 'has ')
          .replace(/^share /, 'shares ')
          .replace(/^belong /, 'belongs ')
      : rule.text;
  const lines = rows.map(({ id, detail }) => (detail === null ? readable(id) : `${readable(id)}: ${readable(detail)}`));
  const hidden = total - rows.length;
  if (hidden > 0) lines.push(`… and ${hidden} more`);
  return [`${total} ${noun} ${text}`, ...lines.map((line) => `  ${line}`)].join('\n  ');
}

/** Text from a row may hold what a terminal would obey: control characters are escaped. */
const readable = (value: string | null): string => {
  if (value === null) return 'NULL';
  return /^[^\p{C}]+$/u.test(value) && value === value.trim() ? value : JSON.stringify(value).replace(/[\u007f-\u009f]/g, '?');
};
