ALTER TABLE "vote_revisions" ADD COLUMN "after_reveal" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "voter_progress" ADD COLUMN "last_vote" uuid;--> statement-breakpoint
ALTER TABLE "votes" ADD COLUMN "revealed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- until now names were shown with the reply to a vote: what was changed after it is known, and what may still be
UPDATE "vote_revisions" r SET "after_reveal" = true FROM "campaigns" c
WHERE c."id" = r."campaign_id" AND r."kind" = 'recast' AND c."settings"->>'reveal' IS DISTINCT FROM 'false';--> statement-breakpoint
UPDATE "votes" v SET "revealed" = true FROM "campaigns" c
WHERE c."id" = v."campaign_id" AND c."settings"->>'reveal' IS DISTINCT FROM 'false'
  AND v."id" IN (SELECT "vote_id" FROM "vote_revisions" WHERE "kind" = 'undo');
