import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/**
 * Mends a driver adapter for migrations. @prisma/adapter-pg 7.10 cuts a script at every semicolon, also inside a
 * function's body; pglite-prisma-adapter 0.7.2 does not wait for a script, so that a migration would count as applied
 * before it ran.
 * @param executeScript sends a whole script in one message.
 * @param changes what else differs.
 */
export function migrationAdapter(
  factory: SqlMigrationAwareDriverAdapterFactory,
  executeScript: (script: string) => Promise<unknown>,
  changes: Partial<SqlDriverAdapter> = {},
): SqlMigrationAwareDriverAdapterFactory {
  const connect = async () =>
    Object.assign(await factory.connect(), {
      executeScript: async (script: string) => {
        await executeScript(script);
      },
      ...changes,
    });
  return { provider: factory.provider, adapterName: factory.adapterName, connect, connectToShadowDb: connect };
}
