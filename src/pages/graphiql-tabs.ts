import { exampleAccount } from '../accounts/examples.js';
import { taskTable } from '../tasks/columns.js';

// GraphiQL keeps what is typed into a query in the page's URL, but not variables: passwords belong there.

const { title, description } = taskTable.example;
const exampleTask = { title, description };

/** The header field that signs a tab in, without the token. */
export const emptyAuthorization = JSON.stringify({ Authorization: 'Bearer ' }, null, 2);

/** The query of the first tab. */
export const healthTab = `# One step per tab: explore, sign up, then work with tasks.
# The documentation explorer (book icon) explains every field.
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

const signUpTab = `# Run SignUp, or LogIn if the account exists.
# Copy the accessToken from the response: the
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

const tasksTab = `# Open "Headers" below and paste the accessToken
# after "Bearer ". Then run these in order.
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

# To complete a task, uncomment this, with its id:
# mutation ToggleTask {
#   toggleTask(id: 1) { id status updatedAt }
# }
`;

/** The tabs that GraphiQL opens with. Each operation succeeds as it is, on an empty database and beside demo data. */
export const exampleTabs = [
  // GraphiQL 5 drops the variables of the first tab.
  { query: healthTab },
  { query: signUpTab, variables: JSON.stringify(exampleAccount, null, 2) },
  { query: tasksTab, variables: JSON.stringify(exampleTask, null, 2), headers: emptyAuthorization },
];
