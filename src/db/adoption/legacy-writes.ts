// An earlier back end writes every column of a row, also those for which it has no value, and emails as people type them. Tandem's
// tables refuse both, as they refuse an unknown status: the triggers fill in what the old tables would have stored as NULL.
// They are adoption's alone. Once no old program writes, drop them: docs/adopting-a-database.md.

/** SQL that keeps the writes of the earlier back end's programs working. */
export const createLegacyWrites = `
CREATE FUNCTION "fill_legacy_user"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."email" := lower(NEW."email");
    NEW."created_at" := coalesce(NEW."created_at", now());
    NEW."updated_at" := coalesce(NEW."updated_at", NEW."created_at");
    RETURN NEW;
END
$$;
CREATE TRIGGER "users_legacy_writes" BEFORE INSERT OR UPDATE ON "users" FOR EACH ROW EXECUTE FUNCTION "fill_legacy_user"();

CREATE FUNCTION "fill_legacy_task"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."status" := coalesce(NEW."status", 'Pending');
    NEW."created_at" := coalesce(NEW."created_at", now());
    NEW."updated_at" := coalesce(NEW."updated_at", NEW."created_at");
    RETURN NEW;
END
$$;
CREATE TRIGGER "tasks_legacy_writes" BEFORE INSERT OR UPDATE ON "tasks" FOR EACH ROW EXECUTE FUNCTION "fill_legacy_task"();
`;

/** What `createLegacyWrites` creates beside the triggers. */
export const legacyFunctions = ['fill_legacy_user', 'fill_legacy_task'];
