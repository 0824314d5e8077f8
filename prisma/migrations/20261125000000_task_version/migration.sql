-- Counts the changes of a task: what a writer read is told from what stands there now.
ALTER TABLE "tasks" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- The database keeps both, whoever writes.
CREATE FUNCTION "touch_task"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."updated_at" := now();
    NEW."version" := OLD."version" + 1;
    RETURN NEW;
END
$$;
DROP TRIGGER "tasks_touch_updated_at" ON "tasks";
CREATE TRIGGER "tasks_touch" BEFORE UPDATE ON "tasks" FOR EACH ROW EXECUTE FUNCTION "touch_task"();
