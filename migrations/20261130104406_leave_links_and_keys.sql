ALTER TABLE "battles" DROP COLUMN "key";--> statement-breakpoint
ALTER TABLE "votes" DROP COLUMN "previous_hash";