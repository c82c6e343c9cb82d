-- What a person is told within the product. event: what happened to which thing, so that it is told once to each.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    event TEXT NOT NULL CONSTRAINT ck_notifications_event CHECK (event <> ''),
    message TEXT NOT NULL CONSTRAINT ck_notifications_message CHECK (message <> ''),
    link TEXT NOT NULL CONSTRAINT ck_notifications_link CHECK (link LIKE '/%'),
    created_at TIMESTAMP NOT NULL,
    read_at TIMESTAMP
);
CREATE UNIQUE INDEX ux_notifications_user_id_event ON notifications (user_id, event);
CREATE INDEX ix_notifications_user_id ON notifications (user_id, id);
CREATE INDEX ix_notifications_unread ON notifications (user_id) WHERE read_at IS NULL;
