/** The product's logo: two linked wheels. */
export const logo =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32" fill="none" stroke-width="4">' +
  '<circle cx="11" cy="16" r="8" stroke="#d6308f"/><circle cx="21" cy="16" r="8" stroke="#3b82f6"/></svg>';

/** The logo as a `data:` URL, so that no page has to fetch its icon. */
export const icon = `data:image/svg+xml,${encodeURIComponent(logo)}`;

/** The style sheet of the pages without a script. */
export const staticPageStyle = `
  :root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: break-word }
  h1 { display: flex; align-items: center; gap: 0.6rem }
  h2 { font-size: 1.1rem; margin-top: 2rem }
  a { color: light-dark(#0b5cad, #8ab8ff) }
  code, pre { font: 0.9rem/1.5 ui-monospace, monospace }
  pre { padding: 1rem; white-space: pre-wrap; background: light-dark(#f2f3f5, #25282c); border-radius: 0.4rem }
  li { margin: 0.4rem 0 }
  :target { outline: 2px solid; outline-offset: 0.5rem }
  footer { margin-top: 2rem; font-size: 0.9rem; color: light-dark(#5b6168, #a4abb3) }
`;

/**
 * Renders a page without a script.
 * @param title in plain text without `<` or `&`.
 * @param body HTML, inserted as it is.
 */
export const staticPage = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><link rel="icon" href="${icon}"><style>${staticPageStyle}</style>
</head>
<body>
${body}
</body>
</html>
`;
