import { createHash } from 'node:crypto';
import { type ApiDocuments, breakingChanges } from './breaking-changes.js';

/** What is held against each other, as it is committed. */
export interface ApiHistory {
  /** docs/changes/released: what clients of the last release were promised. */
  readonly released: ApiDocuments;
  /** What they are promised now. */
  readonly current: ApiDocuments;
  /** The notes of docs/changes by their file names. */
  readonly notes: Readonly<Record<string, string>>;
}

/** The version that documents say they are of. */
export const versionOf = ({ openapi }: ApiDocuments): string =>
  (JSON.parse(openapi) as { info: { version: string } }).info.version;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a version's note says of the documents that it released, so that they cannot move without it. */
export const releaseLines = ({ sdl, openapi }: ApiDocuments): string[] => [
  `- \`schema.graphql\` ${digest(sdl)}`,
  `- \`openapi.json\` ${digest(openapi)}`,
];

/**
 * Finds what breaks clients of the last release and is not announced.
 * @returns what is wrong and what to do about it, ready to print; undefined when nothing is.
 */
export async function unannouncedChanges({ released, current, notes }: ApiHistory): Promise<string | undefined> {
  const version = versionOf(released);
  const missing = releaseLines(released).filter((line) => !notes[`${version}.md`]?.includes(line));
  if (missing.length > 0) {
    return `docs/changes/released is not what docs/changes/${version}.md says was released. It moves only with a release:
npx tsx scripts/check-changes.ts --release. See docs/changes/README.md.`;
  }
  const announced = new Set((notes['next.md'] ?? '').split('\n').map((line) => line.trim()));
  const changes = (await breakingChanges(released, current)).map((change) => `- ${change}`);
  const unannounced = changes.filter((change) => !announced.has(change));
  if (unannounced.length === 0) return undefined;
  return `This breaks clients of ${version}, the last release:

${unannounced.join('\n')}

If it is not meant, take it back; often the old can stay beside the new, with a deprecationReason. If it is meant, put these
lines into docs/changes/next.md as they stand, each with what clients do instead on the lines below. See docs/changes/README.md.`;
}
