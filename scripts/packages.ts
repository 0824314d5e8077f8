/** `package.json`, as far as it is checked. */
export interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** `package-lock.json`, version 3, as far as it is checked. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly integrity?: string;
  /** Where a package comes from. npm leaves it out when `.npmrc` says so, and takes the configured registry. */
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

/** Licences (SPDX) that ask for no more than their text beside a copy. */
const permissive = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
  'Unlicense',
  'Zlib',
];
/** What tools may have beside these: nothing of them is part of the running server. */
const toolLicences = ['CC-BY-4.0', 'CC0-1.0', 'EPL-2.0', 'Python-2.0'];
/** Tools that name no licence in their manifest; it is in their repository. */
const unnamed: Readonly<Record<string, string>> = { 'node_modules/seq-queue': 'MIT' };

const inNodeModules = /(^|\/)node_modules\//;
const exact = /^(\d+\.\d+\.\d+(-[\w.]+)?|file:[\w./-]+)$/;

/** The licences of an SPDX expression. Of alternatives all must be acceptable: nobody has to remember which one was chosen. */
const licencesOf = (expression: string): string[] => expression.replaceAll(/[()]/g, '').split(/ (?:AND|OR) /i);

/**
 * Checks what the project installs: exact versions; a hash for each package, and no address, which could name any host; permissive
 * licences; no install script in a package of the running server.
 * @returns what is wrong, one sentence each.
 */
export function packageFaults({ dependencies, devDependencies }: Manifest, { packages }: Lock): string[] {
  const inexact = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !exact.test(version));
  const installed = Object.entries(packages).filter(([path, { link }]) => inNodeModules.test(path) && !link);
  return [
    ...inexact.map(([name, version]) => `${name} has no exact version: ${version}`),
    ...installed.flatMap(([path, entry]) => faultsOf(path, entry).map((fault) => `${path} ${fault}`)),
  ];
}

function faultsOf(path: string, entry: LockedPackage): string[] {
  const { license = unnamed[path], dev, integrity, resolved, hasInstallScript } = entry;
  const accepted = dev ? [...permissive, ...toolLicences] : permissive;
  const refused = license === undefined ? ['none'] : licencesOf(license).filter((each) => !accepted.includes(each));
  return [
    ...refused.map((each) => `has a licence that is not accepted: ${each}`),
    ...(integrity === undefined ? ['has no hash in package-lock.json'] : []),
    ...(resolved === undefined ? [] : [`is downloaded from a fixed address: ${resolved}`]),
    ...(hasInstallScript && !dev ? ['runs a script when it is installed'] : []),
  ];
}
