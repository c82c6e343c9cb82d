DROP TABLE doctor_specializations;
DROP TABLE doctors;
DROP TABLE specializations;
DROP TABLE departments;
