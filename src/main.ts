import './elements/app';
