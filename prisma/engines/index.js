// Takes the place of `@prisma/engines` (overrides in package.json; the reason is in docs/decisions/dependencies.md).
// The Prisma CLI calls these three members. It runs the schema engine, which is not here, for `prisma migrate` and
// `prisma db` only: they need PRISMA_SCHEMA_ENGINE_BINARY, the path of a real one.
const { enginesVersion } = require('@prisma/engines-version');

module.exports = {
  enginesVersion,
  ensureNeededBinariesExist: async () => {},
  getEnginesPath: () => __dirname,
};
