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

const swaggerFolder = path.dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));

/** Reads a file of swagger-ui-dist. @throws Error when there is no such file. */
export const readSwaggerFile = (name: string): Promise<Buffer> => readFile(path.join(swaggerFolder, name));
