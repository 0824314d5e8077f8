import { defineConfig } from 'prisma/config';

// The Prisma CLI reports its use to checkpoint.prisma.io, and asks there for a newer version. A build only talks to the npm registry.
process.env.CHECKPOINT_DISABLE ??= '1';

export default defineConfig({ schema: 'prisma/schema.prisma', migrations: { path: 'prisma/migrations' } });
