//! Rules about a run: deletes, reads, writes and results.

mod cam_044;
mod cam_045;
mod cam_049;
mod cam_050;
mod cam_051;
mod cam_052;
mod cam_053;
mod cam_054;
mod cam_055;
mod cam_057;
mod cam_066;
mod cam_073;
mod cam_077;
mod cam_079;
mod kw_021;
mod kw_023;
mod kw_027;
mod kw_042;
mod kw_043;
mod kw_052;
mod kw_066;
mod kw_067;
mod kw_114;
mod kw_116;
mod kw_118;
mod kw_121;
mod kw_135;
mod kw_136;
mod kw_137;
mod kw_142;
mod kw_143;
mod kw_150;
mod kw_152;
mod kw_153;
mod kw_154;
mod kw_155;
mod kw_156;
mod kw_166;

rules! {
    cam_044::CAM_044, cam_045::CAM_045, cam_049::CAM_049, cam_050::CAM_050, cam_051::CAM_051, cam_052::CAM_052,
    cam_053::CAM_053, cam_054::CAM_054, cam_055::CAM_055, cam_057::CAM_057, cam_066::CAM_066, cam_073::CAM_073, cam_077::CAM_077, cam_079::CAM_079,
    kw_021::KW_021, kw_023::KW_023, kw_027::KW_027, kw_042::KW_042,
    kw_043::KW_043, kw_052::KW_052, kw_066::KW_066, kw_067::KW_067, kw_114::KW_114, kw_116::KW_116, kw_118::KW_118, kw_121::KW_121, kw_135::KW_135, kw_136::KW_136, kw_137::KW_137, kw_142::KW_142, kw_143::KW_143, kw_150::KW_150,
    kw_152::KW_152, kw_153::KW_153, kw_154::KW_154, kw_155::KW_155, kw_156::KW_156, kw_166::KW_166
}
