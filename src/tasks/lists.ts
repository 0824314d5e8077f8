import { defineList } from '../lists/definition.js';
import { taskTable } from './columns.js';

/** How lists of tasks are filtered, searched and ordered. */
export const taskList = defineList({
  table: taskTable,
  owner: 'userId',
  sorted: {
    createdAt: { descending: 'Newest first', ascending: 'Oldest first' },
    updatedAt: { descending: 'Last changed first', ascending: 'Longest unchanged first' },
    title: { descending: 'By title, in descending code point order', ascending: 'By title, in code point order' },
    id: { descending: 'Highest id first', ascending: 'Lowest id first' },
  },
  defaultSort: '-created_at',
  filters: ['status'],
  searched: ['title', 'description'],
});
