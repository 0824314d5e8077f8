-- The tasks of one status, newest first. Without it a page of the few that are left of a long list read all of the list:
-- 1.3 s of a million, now as long as any page. While it is built, about 4 s a million tasks, writers of tasks wait.
CREATE INDEX "tasks_user_id_status_created_at_id_idx" ON "tasks"("user_id", "status", "created_at", "id");
