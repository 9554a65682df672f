-- What a press is for. Presses that are not for help belong to no call, and all of them are counted.

-- +goose Up
ALTER TABLE press ADD COLUMN purpose text NOT NULL DEFAULT '';
-- Presses that made no call: practice, self-tests and ratings, the latest of each kiosk.
CREATE INDEX press_recorded ON press (kiosk, purpose, stored_at) WHERE purpose NOT IN ('', 'quiet');
