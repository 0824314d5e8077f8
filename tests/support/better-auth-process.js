// A Better Auth server as its documentation sets one up, in memory, with the JWT and bearer plugins and the session in a cookie that
// the JWT plugin signs. Prints its URL. `POST /rotate-keys` makes it sign with a new key.
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { bearer, createJwk, jwt } from 'better-auth/plugins';

const server = createServer();
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const baseURL = `http://${process.argv[3] ?? '127.0.0.1'}:${server.address().port}`;
  const auth = betterAuth({
    baseURL,
    secret: 'a-secret-of-better-auth-that-only-the-tests-know',
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    emailAndPassword: { enabled: true },
    session: { cookieCache: { enabled: true, strategy: 'jwt' } },
    rateLimit: { enabled: false },
    plugins: [jwt({ sessionCookieCache: true }), bearer()],
  });
  const handler = toNodeHandler(auth);
  server.on('request', async (request, response) => {
    if (request.url !== '/rotate-keys') return handler(request, response);
    await createJwk({ context: await auth.$context }, {});
    return response.end();
  });
  console.log(baseURL);
});
