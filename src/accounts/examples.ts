/**
 * The account of the examples. Swagger UI sends the example of a request body as it is: signup, then the others in any order,
 * succeed on an empty database.
 */
export const exampleAccount = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };

const { email, password, name } = exampleAccount;

/** The example of `signup` and `login`'s user. */
export const exampleUser = {
  id: 'user_123',
  email,
  name,
  createdAt: '2025-12-14T09:30:00.000Z',
  updatedAt: '2025-12-14T09:30:00.000Z',
};

/** The example of `login`. */
export const exampleLogin = { email, password };

/** The example of a refresh token. */
export const exampleRefreshToken = 'a2Vlc3QtdGhpcy1zZWNyZXQtYW5kLXVzZS1pdC1vbmNl';
