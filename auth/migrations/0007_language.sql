-- In which language its owner was spoken to last: letters are written in it. None when no page ever was.
alter table users add column language text;
