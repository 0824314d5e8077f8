/** The project's folder: `package.json`, `prisma/`. As far from here as from `dist/server/main.js`, where the build puts all of this. */
export const projectFolder = new URL('../../', import.meta.url);
