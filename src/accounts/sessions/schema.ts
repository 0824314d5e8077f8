import { builder } from '../../schema/builder.js';
import { signedIn, signedInWrite } from '../../schema/context.js';
import { createSimpleListType, listOf } from '../../schema/simple-lists.js';
import { maxListed, type SessionInfo } from './store.js';

const example = {
  id: '4f1d2c7a9b3e48d0a6c5f2e19b7d8034',
  createdAt: '2025-12-14T10:00:00.000Z',
  lastUsedAt: '2025-12-15T08:21:00.000Z',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  current: true,
};

const SessionType = builder.objectRef<SessionInfo>('Session').implement({
  description: 'A sign-in that has not ended.',
  extensions: { example },
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Identifier of the session.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'Time of the sign-in.' }),
    lastUsedAt: t.expose('lastUsedAt', { type: 'DateTime', description: 'Time of the last request, to the minute.' }),
    userAgent: t.exposeString('userAgent', {
      nullable: true,
      description: 'The client that signed in, as it calls itself; at most 255 characters.',
    }),
    current: t.exposeBoolean('current', { description: 'Whether this request belongs to it.' }),
  }),
});
const SessionListType = createSimpleListType({ type: 'Session', items: 'sessions', example }, SessionType);

builder.queryField('sessions', (t) =>
  t.field({
    description: `Lists your sessions: this one, then the others by their last use; the ${maxListed} that were used last.`,
    type: SessionListType,
    nullable: true,
    resolve: async (_root, _args, context) => listOf(await context.services.sessions.list(signedIn(context))),
  }),
);
builder.mutationFields((t) => ({
  revokeSession: t.id({
    description: 'Ends one of your sessions: its tokens stop working at once. Returns its id.',
    nullable: true,
    args: { id: t.arg.id({ required: true, description: 'Identifier of the session.', extensions: { example: example.id } }) },
    resolve: (_root, { id }, context) => context.services.sessions.revoke(signedInWrite(context), String(id)),
  }),
  revokeOtherSessions: t.int({
    description: 'Ends all your sessions but this one. Returns their number.',
    nullable: true,
    resolve: (_root, _args, context) => context.services.sessions.revokeOthers(signedInWrite(context)),
  }),
}));
