import { defineTable, type Row } from '../db/table.js';

/**
 * The columns of a task. The select list, the JSON form of a page, the row type, the insert and the examples of the documents
 * follow from this table (docs/decisions/adding-a-field.md).
 */
export const taskTable = defineTable('tasks', {
  id: { name: 'id', type: 'integer', example: 1 },
  userId: { name: 'user_id', type: 'text', isInserted: true, example: 'user_123' },
  title: { name: 'title', type: 'text', isInserted: true, example: 'Buy groceries' },
  description: { name: 'description', type: 'text', isNullable: true, isInserted: true, example: 'Milk, eggs, bread' },
  status: { name: 'status', type: 'text', example: 'Pending' },
  createdAt: { name: 'created_at', type: 'timestamp', example: '2025-12-14T10:00:00.000Z' },
  updatedAt: { name: 'updated_at', type: 'timestamp', example: '2025-12-14T10:00:00.000Z' },
  version: { name: 'version', type: 'integer', example: 1 },
});

/** A task as the database holds it, by Prisma's names. */
export type TaskRow = Row<typeof taskTable.columns>;
