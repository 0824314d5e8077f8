// Jest's resolver, but that sources and tests get packages from the bundle that bundle-packages.js made of them.
const { existsSync, readFileSync } = require('node:fs');
const path = require('node:path');

/** Maps the names by which packages are imported to files: written by bundle-packages.js. */
const manifestFile = path.resolve(__dirname, '../../node_modules/.cache/tests/packages.json');
const insidePackages = `${path.sep}node_modules${path.sep}`;
let files;

function sync(request, options) {
  // A package that is not bundled, and Jest itself, get the packages that they depend on.
  if (options.basedir.includes(insidePackages)) return options.defaultResolver(request, options);
  if (!files && existsSync(manifestFile)) files = JSON.parse(readFileSync(manifestFile, 'utf8')).files;
  return files?.[request] ?? options.defaultResolver(request, options);
}

module.exports = { manifestFile, sync };
