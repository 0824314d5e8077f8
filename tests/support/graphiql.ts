import type { Locator, Page } from 'playwright-core';

/** A GraphQL response, as GraphiQL shows it. */
export interface GraphqlResponse {
  readonly data?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>> | null;
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
}

/** The pane with the query. */
export const editor = (page: Page): Locator => page.getByRole('region', { name: 'Operation Editor' });
/** The pane with the response. */
export const result = (page: Page): Locator => page.getByRole('region', { name: 'Result Window' });
const headersEditor = (page: Page): Locator => page.getByRole('region', { name: 'Headers' });

/** The first line of a pane that contains a text. */
export const line = (pane: Locator, text: string): Locator => pane.locator('.view-line', { hasText: text }).first();

/** Returns the titles of the open tabs: each is the name of the tab's first operation. */
export async function tabTitles(page: Page): Promise<string[]> {
  await line(editor(page), 'query').waitFor();
  return page.locator('.graphiql-tab-button').allTextContents();
}

/** Opens a tab by its title. */
export async function openTab(page: Page, title: string): Promise<void> {
  const tab = page.getByRole('tab', { name: title });
  // GraphiQL's animation sometimes leaves this behind, and the tab then moves away from the pointer.
  await tab.evaluate((element) => element.style.setProperty('transform', 'translateX(120px)'));
  await tab.click();
  await line(editor(page), ` ${title}`).waitFor();
}

const executeButton = (page: Page): Locator => page.locator('.graphiql-execute-button');

/** Whether the Execute button of the open tab offers a menu: a tab with one operation has none. */
async function hasMenu(page: Page): Promise<boolean> {
  const query = (await editor(page).locator('.view-line').allTextContents()).join('\n');
  return query.split(/^(?:query|mutation)\s/m).length > 2;
}

/** Returns the names of the open tab's operations, as the Execute button offers them. @param title of the tab. */
export async function operationNames(page: Page, title: string): Promise<string[]> {
  if (!(await hasMenu(page))) return [title];
  await openMenu(page);
  const names = await page.getByRole('menuitem').allTextContents();
  await page.keyboard.press('Escape');
  return names;
}

// The menu exists a moment after the tab opens, once GraphiQL has parsed the query.
const openMenu = (page: Page): Promise<void> => page.locator('.graphiql-execute-button[aria-haspopup="menu"]').click();

/** Pastes an access token into the `Authorization` header field of the open tab. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByRole('button', { name: 'Headers' }).click();
  await line(headersEditor(page), '"Authorization": "Bearer "').click();
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+End');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(`"Authorization": "Bearer ${token}"`);
}

/** Runs an operation of the open tab. @returns the response, once the page shows it. */
export async function run(page: Page, operation: string): Promise<GraphqlResponse> {
  const responded = page.waitForResponse(
    (response) => response.request().postData()?.includes(`"operationName":"${operation}"`) ?? false,
  );
  if (await hasMenu(page)) {
    await openMenu(page);
    await page.getByRole('menuitem', { name: operation }).click();
  } else await executeButton(page).click();
  const response: GraphqlResponse = await (await responded).json();
  await line(result(page), `"${Object.keys(response.data ?? { errors: [] })[0]}"`).waitFor();
  return response;
}
