DROP TABLE form_submissions;
DROP TABLE login_throttles;
DROP TABLE access_links;
DROP TABLE sessions;
DROP TABLE user_pictures;
DROP TABLE users;
DROP TABLE secrets;
DROP TABLE settings;
