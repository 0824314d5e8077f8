import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { icon } from './page-templates.js';

/** The page at `/docs`: Swagger UI for `/openapi.json`. */
export const swaggerPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<title>Tandem REST API</title><link rel="icon" href="${icon}">
<script src="/docs/init.js"></script>
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
</body>
</html>
`;

/** The script at `/docs/init.js`: starts Swagger UI in the color scheme that the browser prefers. */
export const swaggerScript = `const dark = matchMedia('(prefers-color-scheme: dark)');
const applyColorScheme = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
applyColorScheme();
dark.addEventListener('change', applyColorScheme);
addEventListener('DOMContentLoaded', () =>
  SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#swagger-ui',
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
  }),
);
`;

// Swagger UI 5.35 has no layout for narrow screens: the Links column, which is always empty here, and long values would make
// the page scroll sideways on a phone.
const narrowScreenStyle = `@media (max-width: 600px) {
  .swagger-ui .response-col_links { display: none }
  .swagger-ui .responses-inner { overflow-x: auto }
}
`;

const swaggerFolder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Reads the style sheet at `/docs/swagger-ui.css`: Swagger UI's own, adapted to narrow screens. */
export const readSwaggerStyle = async (): Promise<string> =>
  `${await readFile(path.join(swaggerFolder, 'swagger-ui.css'), 'utf8')}\n${narrowScreenStyle}`;

/** Reads the script at `/docs/swagger-ui-bundle.js`: Swagger UI. */
export const readSwaggerBundle = (): Promise<Buffer> => readFile(path.join(swaggerFolder, 'swagger-ui-bundle.js'));
