import { describe, expect, it } from '@jest/globals';
import { packageFaults } from '../../scripts/packages.js';

const good = { license: 'MIT', integrity: 'sha512-x' };
const faultsOf = (entry: object, path = 'node_modules/x') => packageFaults({}, { packages: { [path]: { ...good, ...entry } } });

describe('the check of packages', () => {
  it('accepts exact versions, hashes and permissive licences', () => {
    expect(
      packageFaults({ dependencies: { x: '1.2.3', y: 'file:prisma/y' } }, { packages: { '': {}, 'node_modules/x': good } }),
    ).toEqual([]);
  });

  it.each(['^1.2.3', '~1.2.3', '1.x', '*', 'latest', '>=1.2.3', 'github:a/b', 'https://example.com/x.tgz'])(
    'refuses the version %s',
    (version) => {
      expect(packageFaults({ devDependencies: { x: version } }, { packages: {} })).toEqual([
        `x has no exact version: ${version}`,
      ]);
    },
  );

  it.each<[string, object, string]>([
    ['a licence with obligations', { license: 'AGPL-3.0' }, 'has a licence that is not accepted: AGPL-3.0'],
    ['one among several', { license: '(MIT AND GPL-3.0)' }, 'has a licence that is not accepted: GPL-3.0'],
    ['the licence of a tool in the running server', { license: 'EPL-2.0' }, 'has a licence that is not accepted: EPL-2.0'],
    ['no licence', { license: undefined }, 'has a licence that is not accepted: none'],
    ['no hash', { integrity: undefined }, 'has no hash in package-lock.json'],
    [
      'an address',
      { resolved: 'https://registry.example/x.tgz' },
      'is downloaded from a fixed address: https://registry.example/x.tgz',
    ],
    ['an install script in the running server', { hasInstallScript: true }, 'runs a script when it is installed'],
  ])('refuses %s', (_, entry, fault) => {
    expect(faultsOf(entry)).toEqual([`node_modules/x ${fault}`]);
  });

  it('refuses these also in a package below another, and accepts the link to a folder of the project', () => {
    expect(faultsOf({ integrity: undefined }, 'prisma/y/node_modules/x')).toEqual([
      'prisma/y/node_modules/x has no hash in package-lock.json',
    ]);
    expect(faultsOf({ link: true, resolved: 'prisma/y', integrity: undefined })).toEqual([]);
  });

  it('lets tools have install scripts and licences of their own', () => {
    expect(faultsOf({ dev: true, hasInstallScript: true, license: 'EPL-2.0' })).toEqual([]);
  });
});
