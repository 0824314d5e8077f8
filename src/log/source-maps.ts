import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A position in a built file, as stacks have it. */
const position = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;

/**
 * Makes the function that names the sources (`src/…ts`) in stacks of the built product. Node's own `--enable-source-maps` maps each
 * stack that anything reads: a request refused with 401 then costs 2.5 times as much CPU, and the first error stops the process for a second.
 * @returns the function: stack → stack; what has no source map beside it stays.
 */
export function createStackMapper(): (stack: string) => string {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (url: string) => {
    if (!maps.has(url)) maps.set(url, readSourceMap(url));
    return maps.get(url);
  };
  return (stack) =>
    stack.replace(position, (built, url: string, line: string, column: string) => {
      const origin = mapOf(url)?.findOrigin(Number(line), Number(column));
      if (!origin || !('fileName' in origin)) return built;
      return `${fileURLToPath(new URL(origin.fileName, url))}:${origin.lineNumber}:${origin.columnNumber}`;
    });
}

function readSourceMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${url}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
