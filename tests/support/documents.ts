import { graphql } from '../generated/gql.js';

export const Signup = graphql(`
  mutation Signup($input: SignupInput!) { signup(input: $input) { accessToken tokenType expiresIn refreshToken user { id email name createdAt updatedAt } } }
`);
export const Login = graphql(`
  mutation Login($input: LoginInput!) { login(input: $input) { accessToken tokenType expiresIn refreshToken user { id email name createdAt updatedAt } } }
`);
export const Refresh = graphql(`
  mutation Refresh($input: RefreshInput!) { refresh(input: $input) { accessToken tokenType expiresIn refreshToken user { id email name createdAt updatedAt } } }
`);
export const Logout = graphql(`mutation Logout { logout }`);
export const Me = graphql(`query Me { me { id email name createdAt updatedAt } }`);
export const UpdateMe = graphql(
  `mutation UpdateMe($input: UpdateMeInput!) { updateMe(input: $input) { id email name createdAt updatedAt } }`,
);
export const DeleteMe = graphql(`mutation DeleteMe($input: DeleteMeInput!) { deleteMe(input: $input) }`);
export const Tasks = graphql(`
  query Tasks($page: Int, $limit: Int, $status: TaskStatus, $search: String, $sort: TaskSort) {
    tasks(page: $page, limit: $limit, status: $status, search: $search, sort: $sort) {
      data { id userId title description status createdAt updatedAt } count total page limit
    }
  }
`);
export const Task = graphql(
  `query Task($id: ID!) { task(id: $id) { id userId title description status createdAt updatedAt version } }`,
);
export const CreateTask = graphql(`
  mutation CreateTask($input: CreateTaskInput!) { createTask(input: $input) { id userId title description status createdAt updatedAt version } }
`);
export const UpdateTask = graphql(`
  mutation UpdateTask($id: ID!, $input: UpdateTaskInput!, $ifVersion: Int) {
    updateTask(id: $id, input: $input, ifVersion: $ifVersion) { id userId title description status createdAt updatedAt version } }
`);
export const DeleteTask = graphql(
  `mutation DeleteTask($id: ID!, $ifVersion: Int) { deleteTask(id: $id, ifVersion: $ifVersion) }`,
);
export const ToggleTask = graphql(`
  mutation ToggleTask($id: ID!, $ifVersion: Int) { toggleTask(id: $id, ifVersion: $ifVersion) { id userId title description status createdAt updatedAt version } }
`);
export const Health = graphql(`query Health { health { status version uptimeSeconds } }`);
export const DatabaseHealth = graphql(`query DatabaseHealth { databaseHealth { status latencyMs } }`);
