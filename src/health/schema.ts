import { builder } from '../schema/builder.js';
import type { DatabaseHealth, Health } from './service.js';

const HealthType = builder.objectRef<Health>('Health').implement({
  description: 'The process is up.',
  fields: (t) => ({
    status: t.exposeString('status', { description: 'Always `ok`.', extensions: { jsonSchema: { const: 'ok' } } }),
    version: t.exposeString('version', { description: 'The version that runs.' }),
    uptimeSeconds: t.exposeFloat('uptimeSeconds', { description: 'For how long, in seconds.' }),
  }),
});
const DatabaseHealthType = builder.objectRef<DatabaseHealth>('DatabaseHealth').implement({
  description: 'The database answered.',
  fields: (t) => ({
    status: t.exposeString('status', { description: 'Always `ok`.', extensions: { jsonSchema: { const: 'ok' } } }),
    latencyMs: t.exposeFloat('latencyMs', { description: 'How long one round trip took, in milliseconds.' }),
  }),
});

builder.queryFields((t) => ({
  health: t.field({
    description: 'Tells that the process is up.',
    type: HealthType,
    nullable: true,
    public: true,
    resolve: (_root, _args, { services }) => services.health.process(),
  }),
  databaseHealth: t.field({
    description: 'Asks the database for a sign of life.',
    type: DatabaseHealthType,
    nullable: true,
    public: true,
    resolve: (_root, _args, { services }) => services.health.database(),
  }),
}));
