const user = {
  id: 'user_123',
  email: 'ada@example.com',
  name: 'Ada',
  created_at: '2025-12-14T09:30:00.000Z',
  updated_at: '2025-12-14T09:30:00.000Z',
};

const groceries = {
  id: 1,
  user_id: user.id,
  title: 'Buy groceries',
  description: 'Milk, eggs, bread',
  status: 'Pending',
  created_at: '2025-12-14T10:00:00.000Z',
  updated_at: '2025-12-14T10:00:00.000Z',
};

const call = {
  ...groceries,
  id: 2,
  title: 'Call Charles',
  description: null,
  status: 'Completed',
  created_at: '2025-12-14T09:45:00.000Z',
};

const password = 'correct horse battery';
const refreshToken = 'a2Vlc3QtdGhpcy1zZWNyZXQtYW5kLXVzZS1pdC1vbmNl';

/** An example of each type that a body or an answer has. */
export const examples: Readonly<Record<string, object>> = {
  SignupInput: { email: user.email, password, name: user.name },
  LoginInput: { email: user.email, password },
  RefreshInput: { refresh_token: refreshToken },
  UpdateMeInput: { email: 'ada@lovelace.example', current_password: password },
  DeleteMeInput: { password },
  CreateTaskInput: { title: groceries.title, description: groceries.description },
  UpdateTaskInput: { title: 'Buy more groceries', description: null, status: 'Completed' },
  AuthPayload: {
    access_token: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyXzEyMyJ9.c2lnbmF0dXJl',
    token_type: 'Bearer',
    expires_in: 604_800,
    refresh_token: refreshToken,
    user,
  },
  User: user,
  Task: groceries,
  TaskPage: { data: [groceries, call], count: 2, total: 2, page: 1, limit: 50 },
  Health: { status: 'ok', version: '1.2.3', uptime_seconds: 12.3 },
  DatabaseHealth: { status: 'ok', latency_ms: 0.8 },
};

/** An example of each parameter, by name. */
export const parameterExamples: Readonly<Record<string, string | number | boolean>> = {
  id: groceries.id,
  page: 1,
  limit: 20,
  status: groceries.status,
  search: 'groceries',
  sort: '-created_at',
  total: true,
};
