/** fs-native-extensions 1.5 has no types of its own. */
declare module 'fs-native-extensions' {
  /** Takes an exclusive lock of the kernel on a part of an open file, until the file is closed. @returns false when another has it. */
  export function tryLock(fd: number, offset: number, length: number): boolean;
}
