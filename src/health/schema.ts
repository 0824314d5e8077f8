import { builder } from '../schema/builder.js';
import type { DatabaseHealth, Health } from './service.js';

const HealthType = builder.objectRef<Health>('Health').implement({
  description: 'Status of the process.',
  extensions: { example: { status: 'ok', version: '1.2.3', uptimeSeconds: 12.3 } },
  fields: (t) => ({
    status: t.exposeString('status', { description: 'Always `ok`.', extensions: { jsonSchema: { const: 'ok' } } }),
    version: t.exposeString('version', { description: 'Version of the product.' }),
    uptimeSeconds: t.exposeFloat('uptimeSeconds', { description: 'Time since the process started, in seconds.' }),
  }),
});
const DatabaseHealthType = builder.objectRef<DatabaseHealth>('DatabaseHealth').implement({
  description: 'Status of the database.',
  extensions: { example: { status: 'ok', latencyMs: 0.8 } },
  fields: (t) => ({
    status: t.exposeString('status', { description: 'Always `ok`.', extensions: { jsonSchema: { const: 'ok' } } }),
    latencyMs: t.exposeFloat('latencyMs', { description: 'Duration of one round trip, in milliseconds.' }),
  }),
});

builder.queryFields((t) => ({
  health: t.field({
    description: 'Liveness check.',
    type: HealthType,
    nullable: true,
    public: true,
    resolve: (_root, _args, { services }) => services.health.process(),
  }),
  databaseHealth: t.field({
    description: 'Checks that the database responds.',
    type: DatabaseHealthType,
    nullable: true,
    public: true,
    resolve: (_root, _args, { services }) => services.health.database(),
  }),
}));
