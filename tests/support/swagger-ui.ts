import type { Locator, Page } from 'playwright-core';

/** An operation of the OpenAPI document, as far as Swagger UI is driven by it. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  /** Whether it needs no access token. */
  readonly isPublic: boolean;
  /** The documented status of success. */
  readonly success: number;
}

interface OperationObject {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly security?: readonly object[];
  readonly responses: Readonly<Record<string, object>>;
}

/** Reads the operations of a server's OpenAPI document, in its order. */
export async function documentedOperations(serverUrl: string): Promise<DocumentedOperation[]> {
  const { paths } = (await (await fetch(`${serverUrl}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([
        method,
        {
          operationId,
          tags: [tag = ''],
          security,
          responses,
        },
      ]) => {
        const success = Number(Object.keys(responses).find((status) => status.startsWith('2')));
        return { operationId, method: method.toUpperCase(), path, tag, isPublic: security?.length === 0, success };
      },
    ),
  );
}

/** Opens an operation. @returns its block. */
export async function openOperation(page: Page, { tag, operationId }: DocumentedOperation): Promise<Locator> {
  const block = page.locator(`#operations-${tag}-${operationId}`);
  await block.locator('.opblock-summary-control').click();
  await block.getByRole('button', { name: 'Execute' }).waitFor();
  return block;
}

/** What Execute sent and what came back. */
export interface Execution {
  readonly status: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Undefined when there is none. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Presses Execute in an open operation, and waits until the page shows the response. */
export async function execute(page: Page, block: Locator, { method, path }: DocumentedOperation): Promise<Execution> {
  const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
  const responded = page.waitForResponse(
    (response) => response.request().method() === method && pattern.test(new URL(response.url()).pathname),
  );
  await block.getByRole('button', { name: 'Execute' }).click();
  const response = await responded;
  const status = response.status();
  await block.locator('.live-responses-table .response-col_status', { hasText: String(status) }).waitFor();
  const requestHeaders = await response.request().allHeaders();
  return { status, requestHeaders, ...([202, 204].includes(status) ? {} : { body: await response.json() }) };
}

/** Signs in through the Authorize dialog, in place of whoever is signed in. */
export async function authorize(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const dialog = page.locator('.dialog-ux');
  const signOut = dialog.getByRole('button', { name: 'Remove authorization' });
  if (await signOut.isVisible()) await signOut.click();
  await dialog.locator('#auth-bearer-value').fill(token);
  await dialog.getByRole('button', { name: 'Apply credentials' }).click();
  await dialog.getByRole('button', { name: 'Close' }).click();
}
