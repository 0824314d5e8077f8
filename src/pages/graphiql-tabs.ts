// What a person types into GraphiQL is kept in the page's address, except for variables: passwords stand there.

/** The person of the examples. */
export const exampleAccount = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' };
const exampleTask = { title: 'Buy groceries', description: 'Milk, eggs, bread', id: '1' };

/** The header field that signs a tab in, but for the token. */
export const emptyAuthorization = JSON.stringify({ Authorization: 'Bearer ' }, null, 2);

/** The query of the first tab. */
export const welcome = `# A step a tab: look around, sign up, do things.
# The book on the left explains every field.
query Health {
  health {
    status
    version
    uptimeSeconds
  }
  databaseHealth {
    status
    latencyMs
  }
}
`;

const signUp = `# Run SignUp, or LogIn if Ada is here already.
# Copy the accessToken out of the answer: the
# next tab needs it.
mutation SignUp(
  $email: String!
  $password: String!
  $name: String!
) {
  signup(input: {
    email: $email
    password: $password
    name: $name
  }) {
    accessToken
    user { id name }
  }
}

mutation LogIn(
  $email: String!
  $password: String!
) {
  login(input: {
    email: $email
    password: $password
  }) {
    accessToken
    user { id name }
  }
}
`;

const tasks = `# Open "Headers" below: the accessToken goes
# behind "Bearer ". Then run these in turn.
mutation CreateTask(
  $title: String!
  $description: String
) {
  createTask(input: {
    title: $title
    description: $description
  }) {
    id
    status
  }
}

query MyTasks($first: Int = 10) {
  me {
    name
    tasks(first: $first) {
      totalCount
      edges { node { id title status } }
      pageInfo { hasNextPage endCursor }
    }
  }
}

mutation ToggleTask($id: ID!) {
  toggleTask(id: $id) { id status updatedAt }
}
`;

/** What GraphiQL starts with: a look around, a way in, and what people do first. */
export const exampleTabs = [
  // GraphiQL 5 drops the variables of the tab that it opens with.
  { query: welcome },
  { query: signUp, variables: JSON.stringify(exampleAccount, null, 2) },
  { query: tasks, variables: JSON.stringify(exampleTask, null, 2), headers: emptyAuthorization },
];
